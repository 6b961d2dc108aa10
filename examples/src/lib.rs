//! Small programs, one task each
