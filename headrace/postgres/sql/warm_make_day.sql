SELECT warm.make_day(%(day)s)
