"""The only code that touches the world: database, engine connection, mail, SMS, letters, processes."""
