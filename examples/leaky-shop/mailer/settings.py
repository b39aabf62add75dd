"""Settings of the mail worker."""

QUEUE_URL = "amqp://mailer:eJWOx2wTU2jnJyA3@queue.shop.internal:5672/mail"

SMTP_HOST = "smtp.shop.internal"
SMTP_USER = "mailer"
SMTP_PASSWORD = "ZlePGOtNrymPDeNYibAgu0"

TEMPLATES = "templates"
