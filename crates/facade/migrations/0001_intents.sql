-- One row a subject: what may not be sent twice. `outcome` is null while the intent is open.
CREATE TABLE intents (
    subject TEXT NOT NULL PRIMARY KEY,
    intent TEXT NOT NULL,
    outcome TEXT,
    payment TEXT,
    settled_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX intents_open ON intents (subject) WHERE outcome IS NULL;
CREATE INDEX intents_payment ON intents (payment) WHERE payment IS NOT NULL;
CREATE INDEX intents_settled ON intents (settled_at_ms) WHERE settled_at_ms IS NOT NULL;
