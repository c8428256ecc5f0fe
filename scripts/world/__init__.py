"""A small world on one machine: a district, a village box with its three processes, and an emulated modem.

Used by scripts/run, by the journeys and by the system tests. Everything listens on loopback, on ports that the
system chooses unless asked otherwise, and lives in one folder.
"""
