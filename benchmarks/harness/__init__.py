"""What the measuring scripts share. Python 3.10 or newer, standard library only.

Reading order: contestant.py (what is measured, and how each is started), process.py (a started server and its
CPU and memory), load.py (one block of load), ratios.py (medians and intervals), machine.py (the machine card,
and what else the machine was doing). The race has some of its own: workload.py (its kinds of load and targets), peers.py
(the other Java servers, on the JDK that jdk.py finds), idlers.py (idle connections), journal.py (what makes it resumable),
standings.py (its report) and plot.py (its picture).

For what happens under faults: numbered.py (load whose every request is known by number) and transfers.py (slow ones
beside it), site.py (a server that is reloaded and looked into), events.py (what happens to it), erring.py (a server
that errs on purpose), crowd.py (many clients at once).
"""
