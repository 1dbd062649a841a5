//! Provisions MikroTik RouterOS 7 switches over SSH.
