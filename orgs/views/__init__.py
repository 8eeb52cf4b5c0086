"""The pages of organizations, places, sources, terms and arenas, and what all pages rest on.

Pages read entries only; other clocks and histories come from `orgs.history` with the public's
eyes. So nothing that is not public can reach them.
"""
