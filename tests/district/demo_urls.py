"""The addresses of the demo: the product's and its own. Tests do not run in demo mode."""

from django.urls import include, path

from config.urls import urlpatterns as product

urlpatterns = [*product, path("demo/", include("district.demo_urls"))]
