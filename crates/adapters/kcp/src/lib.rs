//! NHN KCP on PortOne V1: facts, hooks and configuration
