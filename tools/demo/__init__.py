"""`make demo`: the whole product on one machine, from nothing, until Ctrl-C.

`plan` says what will run and with which settings, `prepare` makes the data ready,
`children` keeps the processes alive, `runfile` remembers them for a next run that has to
clean up after a killed one, `screen` is what the person at the keyboard sees.
"""
