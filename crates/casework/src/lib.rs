//! The `casework` floor.
