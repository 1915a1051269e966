"""`make bench`: the gateway beside the same job done the usual way, and beside what PostgreSQL itself can do.

Figures are ratios within one run: a machine's own speed, and who else uses it, cancel out. pytest does not collect it.
"""
