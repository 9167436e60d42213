"""The feature bank: what a frozen backbone says of the photos, stored, so that only a head learns.

A frozen backbone gives the same features each time. So it runs once per *view*, a random variation
of a whole photo; random crops are cut from the stored maps, and the head learns from those. The
bank is a cache: it is keyed by all that the features depend on, not by labels, loss or rates, so a
later run and a corrected label reuse it, and deleting it loses nothing.
"""
