"""Django's PostgreSQL backend with a cheaper way to tell that a pooled connection still works."""
