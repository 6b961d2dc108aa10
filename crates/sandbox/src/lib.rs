//! The PortOne V1 billing API on this machine: state, PG rules, declines, faults and a virtual clock
