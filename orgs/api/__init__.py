"""The API: JSON, CSV, JSON-LD and graphs, described as OpenAPI."""
