"""What is counted and what the year's key figures are: plain Python, no I/O.

facts       one row per counted fact, without text or person
times       the network's time zone, calendar and working time
buckets     histograms
increments  fact → counters to raise
tallies     counters as read back, and questions asked of them
figures     key figures of a year
derivation  counters → key figures
public      key figures → what everyone may see of them
"""
