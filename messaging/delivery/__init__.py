"""From approved to handed over: 50 -> 60, 70 with another try, and the answers 80 and 90 (DOMAIN 2, DESIGN 5).

A message is delivered at least once. What goes out bears the message id, by which a receiver knows a second copy.
"""
