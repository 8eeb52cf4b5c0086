"""Places of the whole world, for look-up: countries, states and cities, which become records when
they are first used. May import `search`, `changes` and what stands below them.
"""
