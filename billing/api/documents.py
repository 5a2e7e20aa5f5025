"""Receipts, invoices and credit notes, for programs."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from billing.documents import ehf, paper
from billing.models import Document, DocumentLine
from billing.models.document import DocumentQuerySet
from billing.views.documents import file_named


class PartySerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    number = serializers.CharField()
    address = serializers.CharField()
    postcode = serializers.CharField()
    city = serializers.CharField()
    is_vat_registered = serializers.BooleanField()


class DocumentLineSerializer(serializers.ModelSerializer[DocumentLine]):
    """Amounts are minor units. Those of a credit note are what it takes away."""

    text = serializers.CharField(source="words")

    class Meta:
        model = DocumentLine
        fields = (
            "position",
            "booking",
            "subject",
            "place",
            "starts_at",
            "ends_at",
            "text",
            "net",
            "vat",
            "gross",
            "treatment",
            "percent",
        )


class DocumentSerializer(serializers.ModelSerializer[Document]):
    """A sales document. It never changes; what it says too much of, a credit note corrects.
    With `is_test`, no money was moved."""

    number = serializers.CharField(source="name")
    is_test = serializers.BooleanField()
    seller = PartySerializer(source="seller_party")
    buyer = PartySerializer(source="buyer_party")
    corrects = serializers.UUIDField(source="credits_id", allow_null=True)
    has_ehf = serializers.SerializerMethodField()
    lines = DocumentLineSerializer(many=True)

    class Meta:
        model = Document
        fields = (
            "id",
            "kind",
            "number",
            "is_test",
            "issued_on",
            "due_on",
            "corrects",
            "order",
            "seller",
            "buyer",
            "reference",
            "cost_centre",
            "currency",
            "net",
            "vat",
            "gross",
            "has_ehf",
            "lines",
        )

    @extend_schema_field(serializers.BooleanField())
    def get_has_ehf(self, document: Document) -> bool:
        return document.is_for_ehf


class DocumentViewSet(viewsets.ReadOnlyModelViewSet[Document]):
    """What one has bought, and what the organisations whose money one looks after have sold
    or bought; the latest first."""

    serializer_class = DocumentSerializer
    filter_backends = ()
    queryset = Document.objects.none()  # for the schema; see get_queryset

    def get_queryset(self) -> DocumentQuerySet:
        user = self.request.user
        if not user.is_authenticated:
            return Document.objects.none()
        found = Document.objects.visible_to(user)
        return found.select_related("series", "credits__series").prefetch_related("lines")

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True)
    def pdf(self, request: Request, pk: str) -> HttpResponse:
        """As PDF/UA-1, in the language it was issued in."""
        document = self.get_object()
        try:
            content = paper.pdf(document)
        except paper.NoPaper as no:
            raise NotFound from no
        return file_named(content, "application/pdf", f"{document}.pdf")

    @extend_schema(responses={(200, "application/xml"): OpenApiTypes.BINARY})
    @action(detail=True)
    def ehf(self, request: Request, pk: str) -> HttpResponse:
        """As EHF (Peppol BIS Billing 3.0), where `has_ehf` says so."""
        document = self.get_object()
        try:
            content = ehf.write(document)
        except ehf.NoInvoice as no:
            raise NotFound from no
        return file_named(content, "application/xml", f"{document}.xml")
