//! The `access` floor.
