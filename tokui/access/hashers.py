from django.contrib.auth.hashers import Argon2PasswordHasher


class TokuiArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id by OWASP's first recommendation (19 MiB, two passes); Django's own takes 100 MB a sign-in."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
