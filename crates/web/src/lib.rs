//! The `web` floor.
