"""The engine on many hosts: workers on one PostgreSQL, jobs by procrastinate, the steps of every engine."""
