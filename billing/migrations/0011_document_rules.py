"""The rules of documents, held by PostgreSQL whatever the application does."""

from django.db import migrations

CREATE = """
-- A counter goes up by one, and only that.
CREATE FUNCTION document_series_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.last = 0 THEN
            RETURN NEW;
        END IF;
    ELSIF (NEW.id, NEW.owner_id, NEW.is_test, NEW.last)
          = (OLD.id, OLD.owner_id, OLD.is_test, OLD.last + 1) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'documents: series % can only be counted on by one', NEW.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER counts BEFORE INSERT OR UPDATE ON billing_documentseries
    FOR EACH ROW EXECUTE FUNCTION document_series_counts();

-- At the end of the transaction each number given out is on a document.
CREATE FUNCTION document_number_is_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_document WHERE series_id = NEW.id AND number = NEW.last
    ) THEN
        RAISE EXCEPTION 'documents: number % of series % is on no document', NEW.last, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_number_is_used';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER number_is_used AFTER UPDATE ON billing_documentseries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION document_number_is_used();

-- What is given back is no more than what was sold, and by the same seller. Its series is
-- locked by whoever issues, so two at once take turns.
CREATE FUNCTION document_credits_within() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.credits_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_document AS credited
        WHERE credited.id = NEW.credits_id
          AND (credited.series_id, credited.currency) = (NEW.series_id, NEW.currency)
          AND credited.kind <> 'credit_note'
          AND credited.gross >= (
              SELECT sum(gross) FROM billing_document WHERE credits_id = NEW.credits_id)
    ) THEN
        RAISE EXCEPTION 'documents: % credits more than it can', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_credited_within';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER credits_within AFTER INSERT ON billing_document
    FOR EACH ROW EXECUTE FUNCTION document_credits_within();

-- A document follows the one before it, and comes to what its lines come to. So no line can
-- be added to it later either.
CREATE FUNCTION document_is_whole(document uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_document AS it
        JOIN billing_documentseries AS series ON series.id = it.series_id
        WHERE it.id = document AND it.number <= series.last AND (it.number = 1 OR EXISTS (
            SELECT FROM billing_document AS previous
            WHERE previous.series_id = it.series_id AND previous.number = it.number - 1))
    ) THEN
        RAISE EXCEPTION 'documents: % leaves a gap', document
            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_no_gap';
    END IF;
    IF NOT EXISTS (
        SELECT FROM billing_document AS it WHERE it.id = document
          AND (it.line_count, it.net, it.vat, it.gross) = (
            SELECT count(*), coalesce(sum(line.net), 0), coalesce(sum(line.vat), 0),
                   coalesce(sum(line.gross), 0)
            FROM billing_documentline AS line WHERE line.document_id = it.id)
    ) THEN
        RAISE EXCEPTION 'documents: % does not come to what its lines do', document
            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_is_its_lines';
    END IF;
END $$;

CREATE FUNCTION document_was_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM document_is_whole(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION document_line_was_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM document_is_whole(NEW.document_id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER is_whole AFTER INSERT ON billing_document
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION document_was_issued();
CREATE CONSTRAINT TRIGGER is_whole AFTER INSERT ON billing_documentline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION document_line_was_written();

CREATE FUNCTION document_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'documents: % is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_document
    FOR EACH ROW EXECUTE FUNCTION document_is_kept();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_documentline
    FOR EACH ROW EXECUTE FUNCTION document_is_kept();
CREATE TRIGGER never_deleted BEFORE DELETE ON billing_documentseries
    FOR EACH ROW EXECUTE FUNCTION document_is_kept();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON billing_document
    FOR EACH STATEMENT EXECUTE FUNCTION document_is_kept();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON billing_documentline
    FOR EACH STATEMENT EXECUTE FUNCTION document_is_kept();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON billing_documentseries
    FOR EACH STATEMENT EXECUTE FUNCTION document_is_kept();
"""

DROP = """
DROP TRIGGER no_truncate ON billing_documentseries;
DROP TRIGGER no_truncate ON billing_documentline;
DROP TRIGGER no_truncate ON billing_document;
DROP TRIGGER never_deleted ON billing_documentseries;
DROP TRIGGER append_only ON billing_documentline;
DROP TRIGGER append_only ON billing_document;
DROP TRIGGER is_whole ON billing_documentline;
DROP TRIGGER is_whole ON billing_document;
DROP TRIGGER credits_within ON billing_document;
DROP TRIGGER number_is_used ON billing_documentseries;
DROP TRIGGER counts ON billing_documentseries;
DROP FUNCTION document_is_kept();
DROP FUNCTION document_line_was_written();
DROP FUNCTION document_was_issued();
DROP FUNCTION document_is_whole(uuid);
DROP FUNCTION document_credits_within();
DROP FUNCTION document_number_is_used();
DROP FUNCTION document_series_counts();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0010_documents")]
    operations = [migrations.RunSQL(CREATE, DROP)]
