"""The pages of campaigns, gatherings, instruments, projects, demands and cases."""
