"""Settings of the mail worker: every secret is a file that the platform mounts."""

import os
from pathlib import Path


def secret(name):
    return Path(os.environ.get("SECRETS", "/run/secrets"), name).read_text().strip()


QUEUE_URL = secret("queue-url")

SMTP_HOST = "smtp.shop.internal"
SMTP_USER = "mailer"
SMTP_PASSWORD = secret("smtp-password")

TEMPLATES = "templates"
