"""What the measuring scripts share. Python 3.10 or newer, standard library only.

Reading order: contestant.py (what is measured, and how each is started), process.py (a started server and its
CPU and memory), load.py (one block of load), ratios.py (medians and intervals), machine.py (the machine card,
and what else the machine was doing).

For what happens under faults: numbered.py (load whose every request is known by number) and transfers.py (slow ones
beside it), site.py (a server that is reloaded and looked into), events.py (what happens to it), erring.py (a server
that errs on purpose), crowd.py (many clients at once).
"""
