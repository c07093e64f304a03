"""The first five minutes: a new project, templates that came before promptops, typed inputs."""
