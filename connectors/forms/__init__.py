"""What people type, in its right shape; the rules are in the actions."""
