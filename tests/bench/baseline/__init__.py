"""The gateway's job done the usual way: Django REST framework, django-rest-knox, the ORM, gunicorn."""
