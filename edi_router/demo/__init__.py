"""The demonstration: everything on one machine, with an SFTP server of its own."""
