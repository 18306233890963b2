"""What the measuring scripts share. Python 3.10 or newer, standard library only.

Reading order: contestant.py (what is measured, and how each is started), process.py (a started server and its
CPU and memory), load.py (one block of load), ratios.py (medians and intervals), machine.py (the machine card,
and what else the machine was doing).
"""
