"""Takes orders from the queue and sends a mail for each."""

import smtplib
from email.message import EmailMessage

import jinja2
import pika

import settings

TEMPLATES = jinja2.Environment(loader=jinja2.FileSystemLoader(settings.TEMPLATES), autoescape=True)


def send(channel, method, _properties, body):
    mail = EmailMessage()
    mail["Subject"] = "Your order"
    mail.set_content(TEMPLATES.get_template("order.txt").render(order=body.decode()))
    with smtplib.SMTP(settings.SMTP_HOST) as server:
        server.starttls()
        server.login(settings.SMTP_USER, settings.SMTP_PASSWORD)
        server.send_message(mail)
    channel.basic_ack(method.delivery_tag)


def main():
    channel = pika.BlockingConnection(pika.URLParameters(settings.QUEUE_URL)).channel()
    channel.basic_consume("mail", send)
    channel.start_consuming()


if __name__ == "__main__":
    main()
