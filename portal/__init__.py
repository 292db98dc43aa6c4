"""The project: settings, addresses, the router of the two databases, the server's entry point."""
