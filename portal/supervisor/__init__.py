"""`make run`: one process that starts, watches and stops the parts of the portal.

It imports neither Django nor psycopg, so that it stays small and outlives an error in either.
"""
