"""The rules of the ledger, held by PostgreSQL whatever the application does."""

from django.db import migrations

CREATE = """
CREATE FUNCTION ledger_post() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account billing_account;
    new_balance bigint;
BEGIN
    SELECT * INTO account FROM billing_account WHERE id = NEW.account_id;
    -- The lock on this row makes two postings to one account take turns.
    INSERT INTO billing_balance (account_id, amount) VALUES (NEW.account_id, NEW.amount)
        ON CONFLICT (account_id)
        DO UPDATE SET amount = billing_balance.amount + excluded.amount
        RETURNING amount INTO new_balance;
    IF new_balance < account.floor OR new_balance > account.ceiling THEN
        RAISE EXCEPTION 'ledger: account % (%) would be %', account.id, account.code, new_balance
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_limits';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_post AFTER INSERT ON billing_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_post();

CREATE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM billing_entry JOIN billing_account ON billing_account.id = account_id
        WHERE transaction_id = NEW.transaction_id
        GROUP BY currency HAVING sum(amount) <> 0
    ) THEN
        RAISE EXCEPTION 'ledger: transaction % does not sum to zero', NEW.transaction_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_sums_to_zero';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_sums_to_zero AFTER INSERT ON billing_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_sums_to_zero();

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger: % is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON billing_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON billing_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
"""

DROP = """
DROP TRIGGER no_truncate ON billing_transaction;
DROP TRIGGER no_truncate ON billing_entry;
DROP TRIGGER append_only ON billing_transaction;
DROP TRIGGER append_only ON billing_entry;
DROP TRIGGER ledger_sums_to_zero ON billing_entry;
DROP TRIGGER ledger_post ON billing_entry;
DROP FUNCTION ledger_is_append_only();
DROP FUNCTION ledger_sums_to_zero();
DROP FUNCTION ledger_post();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
