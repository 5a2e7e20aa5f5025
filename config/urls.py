"""Every address of Ledig."""

from django.urls import path

urlpatterns: list = []
