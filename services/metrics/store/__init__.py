"""SQL of the metrics schema: constant text, one function per query.

counting      facts into the log and the counters, and what Prometheus is shown
sums          counters of a year and a partner, as figures want them
other_years   frozen years and imported ones
recount       counters anew from the log
backups       when the platform was copied
"""
