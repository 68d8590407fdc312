"""The platform as a folder of sealed files, and the way back.

sealing    each file encrypted for a recipient's key (age, https://age-encryption.org/v1)
copies     what a folder holds, and whether it is whole
postgres   the database, by PostgreSQL's own programs
in_flight  the events that are on their way while the database is copied
command    `backup`, `restore`, `backup-key`
"""
