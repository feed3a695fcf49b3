CREATE TABLE document_grant (
    id bigint NOT NULL,
    form character varying NOT NULL,
    document_id bigint NOT NULL,
    account_id bigint NOT NULL,
    verb character varying NOT NULL,
    fields character varying NOT NULL,
    source character varying NOT NULL
);
CREATE SEQUENCE document_grant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE document_grant_id_seq OWNED BY document_grant.id;
CREATE TABLE import_made (
    form character varying NOT NULL,
    document_id bigint NOT NULL,
    run_id bigint NOT NULL,
    part integer NOT NULL,
    place integer NOT NULL
);
CREATE TABLE import_rejection (
    id bigint NOT NULL,
    run_id bigint NOT NULL,
    part integer NOT NULL,
    place integer NOT NULL,
    file character varying NOT NULL,
    row_no integer NOT NULL,
    column_name character varying NOT NULL,
    value character varying NOT NULL,
    en text NOT NULL,
    zh text NOT NULL,
    cells text NOT NULL
);
CREATE SEQUENCE import_rejection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE import_rejection_id_seq OWNED BY import_rejection.id;
CREATE TABLE import_run (
    id bigint NOT NULL,
    name character varying NOT NULL,
    kind character varying NOT NULL,
    parent_id bigint,
    file character varying NOT NULL,
    digest character varying NOT NULL,
    account_id bigint NOT NULL,
    state character varying NOT NULL,
    part integer NOT NULL,
    place integer NOT NULL,
    counts text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone
);
CREATE SEQUENCE import_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE import_run_id_seq OWNED BY import_run.id;
CREATE TABLE ledger_account (
    id bigint NOT NULL,
    code character varying NOT NULL,
    book character varying NOT NULL,
    chart character varying NOT NULL,
    guarded boolean NOT NULL,
    floor bigint DEFAULT 0 NOT NULL,
    form character varying NOT NULL,
    number character varying NOT NULL,
    title character varying NOT NULL
);
CREATE SEQUENCE ledger_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE ledger_account_id_seq OWNED BY ledger_account.id;
CREATE TABLE ledger_balance (
    account_id bigint NOT NULL,
    commodity_id bigint NOT NULL,
    lot_id bigint NOT NULL,
    posted bigint DEFAULT 0 NOT NULL,
    pending_in bigint DEFAULT 0 NOT NULL,
    pending_out bigint DEFAULT 0 NOT NULL,
    value bigint DEFAULT 0 NOT NULL,
    ref_amount bigint DEFAULT 0 NOT NULL,
    ref_value bigint DEFAULT 0 NOT NULL,
    floor bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='70');
CREATE TABLE ledger_book (
    book character varying NOT NULL,
    closed_through bigint DEFAULT 0 NOT NULL
);
CREATE TABLE ledger_commodity (
    id bigint NOT NULL,
    code character varying NOT NULL,
    scale integer NOT NULL,
    conserved boolean NOT NULL,
    owed boolean NOT NULL,
    costing character varying NOT NULL,
    family character varying NOT NULL,
    unit character varying NOT NULL
);
CREATE SEQUENCE ledger_commodity_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE ledger_commodity_id_seq OWNED BY ledger_commodity.id;
CREATE TABLE ledger_dimension (
    id bigint NOT NULL,
    channel character varying NOT NULL,
    store character varying NOT NULL,
    warehouse character varying NOT NULL,
    brand character varying NOT NULL,
    department character varying NOT NULL
);
CREATE SEQUENCE ledger_dimension_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE ledger_dimension_id_seq OWNED BY ledger_dimension.id;
CREATE TABLE ledger_entry (
    id bigint NOT NULL,
    key character varying NOT NULL,
    event character varying NOT NULL,
    document character varying NOT NULL,
    fingerprint character varying NOT NULL,
    booked_on bigint DEFAULT 0 NOT NULL,
    occurred_on bigint DEFAULT 0 NOT NULL,
    reverses bigint,
    voucher character varying,
    actor character varying NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE ledger_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE ledger_entry_id_seq OWNED BY ledger_entry.id;
CREATE TABLE ledger_hold (
    entry_id bigint NOT NULL,
    line bigint NOT NULL,
    document character varying NOT NULL,
    source_id bigint DEFAULT 0 NOT NULL,
    target_id bigint DEFAULT 0 NOT NULL,
    commodity_id bigint DEFAULT 0 NOT NULL,
    lot_id bigint DEFAULT 0 NOT NULL,
    amount bigint DEFAULT 0 NOT NULL,
    open bigint DEFAULT 0 NOT NULL,
    CONSTRAINT ledger_hold_open CHECK ((open >= 0))
);
CREATE TABLE ledger_lot (
    id bigint NOT NULL,
    commodity_id bigint DEFAULT 0 NOT NULL,
    lot_no character varying NOT NULL,
    expires_on bigint
);
CREATE SEQUENCE ledger_lot_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE ledger_lot_id_seq OWNED BY ledger_lot.id;
CREATE TABLE ledger_party (
    id bigint NOT NULL,
    code character varying NOT NULL
);
CREATE SEQUENCE ledger_party_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE ledger_party_id_seq OWNED BY ledger_party.id;
CREATE TABLE ledger_period (
    book character varying NOT NULL,
    code bigint NOT NULL,
    actor character varying NOT NULL,
    closed_at timestamp with time zone NOT NULL
);
CREATE TABLE ledger_posting (
    entry_id bigint NOT NULL,
    line bigint NOT NULL,
    account_id bigint DEFAULT 0 NOT NULL,
    commodity_id bigint DEFAULT 0 NOT NULL,
    lot_id bigint DEFAULT 0 NOT NULL,
    amount bigint DEFAULT 0 NOT NULL,
    value bigint DEFAULT 0 NOT NULL,
    dim_id bigint DEFAULT 0 NOT NULL,
    party_id bigint DEFAULT 0 NOT NULL,
    booked_on bigint DEFAULT 0 NOT NULL,
    origin_entry bigint,
    origin_line bigint
);
CREATE TABLE ledger_settlement (
    entry_id bigint NOT NULL,
    line bigint NOT NULL,
    hold_entry bigint DEFAULT 0 NOT NULL,
    hold_line bigint DEFAULT 0 NOT NULL,
    amount bigint DEFAULT 0 NOT NULL,
    kind character varying NOT NULL
);
CREATE TABLE ledger_snapshot (
    account_id bigint NOT NULL,
    commodity_id bigint NOT NULL,
    period bigint NOT NULL,
    dim_id bigint NOT NULL,
    amount bigint DEFAULT 0 NOT NULL,
    value bigint DEFAULT 0 NOT NULL
);
CREATE TABLE office_account (
    id bigint NOT NULL,
    name character varying NOT NULL,
    title character varying NOT NULL,
    password character varying NOT NULL,
    locale character varying NOT NULL,
    active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    person_id bigint,
    email character varying DEFAULT ''::character varying NOT NULL
);
CREATE TABLE office_account_event (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    account_id bigint NOT NULL,
    by_id bigint NOT NULL,
    act character varying NOT NULL,
    facts character varying NOT NULL
);
CREATE SEQUENCE office_account_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE office_account_event_id_seq OWNED BY office_account_event.id;
CREATE SEQUENCE office_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE office_account_id_seq OWNED BY office_account.id;
CREATE TABLE office_audit (
    id bigint NOT NULL,
    chg bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id bigint NOT NULL,
    cause_id bigint,
    door character varying NOT NULL,
    form character varying NOT NULL,
    document_id bigint NOT NULL,
    number character varying NOT NULL,
    version integer NOT NULL,
    act character varying NOT NULL,
    diff text NOT NULL
);
CREATE SEQUENCE office_audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE office_audit_id_seq OWNED BY office_audit.id;
CREATE TABLE office_change (
    id integer NOT NULL,
    number bigint NOT NULL
);
CREATE TABLE office_command (
    key character varying NOT NULL,
    account_id bigint NOT NULL,
    fingerprint character varying NOT NULL,
    answer text,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE office_delivery (
    id bigint NOT NULL,
    hook_id bigint NOT NULL,
    delivery_no character varying NOT NULL,
    sha256 character varying NOT NULL,
    body text NOT NULL,
    received_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE office_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE office_delivery_id_seq OWNED BY office_delivery.id;
CREATE TABLE office_draft (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    form character varying NOT NULL,
    number character varying NOT NULL,
    content text NOT NULL,
    changed_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE office_draft_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE office_draft_id_seq OWNED BY office_draft.id;
CREATE TABLE office_file (
    id character varying NOT NULL,
    sha256 character varying NOT NULL,
    name character varying NOT NULL,
    type character varying NOT NULL,
    size bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by bigint NOT NULL
);
CREATE TABLE office_file_use (
    file_id character varying NOT NULL,
    form character varying NOT NULL,
    document_id bigint NOT NULL,
    field character varying NOT NULL
);
CREATE TABLE office_form (
    no bigint NOT NULL,
    name character varying NOT NULL,
    columns text NOT NULL,
    demands text
);
CREATE SEQUENCE office_form_no_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE office_form_no_seq OWNED BY office_form.no;
CREATE TABLE office_form_version (
    id integer NOT NULL,
    version character varying NOT NULL,
    published_at timestamp with time zone
);
CREATE TABLE office_hook (
    id bigint NOT NULL,
    connector character varying NOT NULL,
    shop character varying NOT NULL,
    target character varying NOT NULL,
    account_id bigint NOT NULL,
    salt character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone
);
CREATE SEQUENCE office_hook_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE office_hook_id_seq OWNED BY office_hook.id;
CREATE TABLE office_identity (
    issuer character varying NOT NULL,
    subject character varying NOT NULL,
    account_id bigint NOT NULL,
    linked_at timestamp with time zone NOT NULL
);
CREATE TABLE office_notice (
    job_id bigint NOT NULL,
    account_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    message character varying NOT NULL,
    form character varying NOT NULL,
    number character varying NOT NULL,
    facts text NOT NULL,
    read_at timestamp with time zone
);
CREATE TABLE office_outbox (
    id bigint NOT NULL,
    kind character varying NOT NULL,
    payload text NOT NULL,
    key character varying,
    created_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    state character varying DEFAULT 'waiting'::character varying NOT NULL,
    account_id bigint,
    run character varying DEFAULT ''::character varying NOT NULL,
    started_at timestamp with time zone,
    done_at timestamp with time zone,
    progress character varying DEFAULT ''::character varying NOT NULL,
    result text,
    error text
);
CREATE SEQUENCE office_outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE office_outbox_id_seq OWNED BY office_outbox.id;
CREATE TABLE office_recovery_code (
    account_id bigint NOT NULL,
    code character varying NOT NULL
);
CREATE TABLE office_role_holder (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    role character varying NOT NULL,
    scope_form character varying,
    scope_id bigint,
    from_on date,
    to_on date
);
CREATE SEQUENCE office_role_holder_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE office_role_holder_id_seq OWNED BY office_role_holder.id;
CREATE TABLE office_sample (
    form character varying NOT NULL,
    document_id bigint NOT NULL,
    template character varying NOT NULL
);
CREATE TABLE office_second_factor (
    account_id bigint NOT NULL,
    secret character varying NOT NULL,
    waiting character varying NOT NULL,
    last_step bigint NOT NULL,
    confirmed_at timestamp with time zone
);
CREATE TABLE office_sensitive_read (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    account_id bigint NOT NULL,
    door character varying NOT NULL,
    form character varying NOT NULL,
    what text NOT NULL,
    fields text NOT NULL,
    rows bigint NOT NULL
);
CREATE SEQUENCE office_sensitive_read_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE office_sensitive_read_id_seq OWNED BY office_sensitive_read.id;
CREATE TABLE office_sequence (
    name character varying NOT NULL,
    value bigint NOT NULL
);
CREATE TABLE office_session (
    token character varying NOT NULL,
    account_id bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone,
    address character varying DEFAULT ''::character varying NOT NULL,
    agent character varying DEFAULT ''::character varying NOT NULL,
    stage character varying DEFAULT ''::character varying NOT NULL
);
CREATE TABLE office_sign_in_failure (
    name character varying NOT NULL,
    failures integer NOT NULL,
    waits_until timestamp with time zone
);
CREATE TABLE office_sign_in_flow (
    state character varying NOT NULL,
    nonce character varying NOT NULL,
    verifier character varying NOT NULL,
    back character varying NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE office_token (
    id bigint NOT NULL,
    token character varying NOT NULL,
    account_id bigint NOT NULL,
    title character varying NOT NULL,
    scopes character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    used_at timestamp with time zone
);
CREATE SEQUENCE office_token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE office_token_id_seq OWNED BY office_token.id;
CREATE TABLE office_view (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    form character varying NOT NULL,
    title character varying NOT NULL,
    content text NOT NULL,
    roles character varying NOT NULL
);
CREATE SEQUENCE office_view_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE office_view_id_seq OWNED BY office_view.id;
CREATE TABLE workflow_definition (
    hash character varying NOT NULL,
    name character varying NOT NULL,
    text text NOT NULL
);
CREATE TABLE workflow_event (
    id bigint NOT NULL,
    form character varying NOT NULL,
    document_id bigint NOT NULL,
    instance_id bigint,
    seq integer NOT NULL,
    at timestamp with time zone NOT NULL,
    kind character varying NOT NULL,
    act character varying NOT NULL,
    actor_id bigint NOT NULL,
    on_behalf_of bigint,
    via character varying NOT NULL,
    definition character varying NOT NULL,
    document_hash character varying NOT NULL,
    rule character varying NOT NULL,
    comment character varying NOT NULL,
    data text NOT NULL,
    previous character varying NOT NULL,
    hash character varying NOT NULL
);
CREATE SEQUENCE workflow_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE workflow_event_id_seq OWNED BY workflow_event.id;
CREATE TABLE workflow_instance (
    id bigint NOT NULL,
    form character varying NOT NULL,
    document_id bigint NOT NULL,
    definition character varying NOT NULL,
    workflow character varying NOT NULL,
    stage character varying NOT NULL,
    status character varying NOT NULL,
    round integer NOT NULL,
    applicant_id bigint NOT NULL,
    version integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);
CREATE SEQUENCE workflow_instance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE workflow_instance_id_seq OWNED BY workflow_instance.id;
CREATE TABLE workflow_task (
    id bigint NOT NULL,
    instance_id bigint NOT NULL,
    no integer NOT NULL,
    form character varying NOT NULL,
    document_id bigint NOT NULL,
    step character varying NOT NULL,
    round integer NOT NULL,
    owner_id bigint NOT NULL,
    holder_id bigint NOT NULL,
    state character varying NOT NULL,
    reason character varying NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    due_at timestamp with time zone,
    next_at timestamp with time zone
);
CREATE SEQUENCE workflow_task_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE workflow_task_id_seq OWNED BY workflow_task.id;
CREATE TABLE workflow_timer (
    id bigint NOT NULL,
    form character varying NOT NULL,
    document_id bigint NOT NULL,
    stage character varying NOT NULL,
    way integer NOT NULL,
    due_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE workflow_timer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE workflow_timer_id_seq OWNED BY workflow_timer.id;
ALTER TABLE ONLY document_grant ALTER COLUMN id SET DEFAULT nextval('document_grant_id_seq'::regclass);
ALTER TABLE ONLY import_rejection ALTER COLUMN id SET DEFAULT nextval('import_rejection_id_seq'::regclass);
ALTER TABLE ONLY import_run ALTER COLUMN id SET DEFAULT nextval('import_run_id_seq'::regclass);
ALTER TABLE ONLY ledger_account ALTER COLUMN id SET DEFAULT nextval('ledger_account_id_seq'::regclass);
ALTER TABLE ONLY ledger_commodity ALTER COLUMN id SET DEFAULT nextval('ledger_commodity_id_seq'::regclass);
ALTER TABLE ONLY ledger_dimension ALTER COLUMN id SET DEFAULT nextval('ledger_dimension_id_seq'::regclass);
ALTER TABLE ONLY ledger_entry ALTER COLUMN id SET DEFAULT nextval('ledger_entry_id_seq'::regclass);
ALTER TABLE ONLY ledger_lot ALTER COLUMN id SET DEFAULT nextval('ledger_lot_id_seq'::regclass);
ALTER TABLE ONLY ledger_party ALTER COLUMN id SET DEFAULT nextval('ledger_party_id_seq'::regclass);
ALTER TABLE ONLY office_account ALTER COLUMN id SET DEFAULT nextval('office_account_id_seq'::regclass);
ALTER TABLE ONLY office_account_event ALTER COLUMN id SET DEFAULT nextval('office_account_event_id_seq'::regclass);
ALTER TABLE ONLY office_audit ALTER COLUMN id SET DEFAULT nextval('office_audit_id_seq'::regclass);
ALTER TABLE ONLY office_delivery ALTER COLUMN id SET DEFAULT nextval('office_delivery_id_seq'::regclass);
ALTER TABLE ONLY office_draft ALTER COLUMN id SET DEFAULT nextval('office_draft_id_seq'::regclass);
ALTER TABLE ONLY office_form ALTER COLUMN no SET DEFAULT nextval('office_form_no_seq'::regclass);
ALTER TABLE ONLY office_hook ALTER COLUMN id SET DEFAULT nextval('office_hook_id_seq'::regclass);
ALTER TABLE ONLY office_outbox ALTER COLUMN id SET DEFAULT nextval('office_outbox_id_seq'::regclass);
ALTER TABLE ONLY office_role_holder ALTER COLUMN id SET DEFAULT nextval('office_role_holder_id_seq'::regclass);
ALTER TABLE ONLY office_sensitive_read ALTER COLUMN id SET DEFAULT nextval('office_sensitive_read_id_seq'::regclass);
ALTER TABLE ONLY office_token ALTER COLUMN id SET DEFAULT nextval('office_token_id_seq'::regclass);
ALTER TABLE ONLY office_view ALTER COLUMN id SET DEFAULT nextval('office_view_id_seq'::regclass);
ALTER TABLE ONLY workflow_event ALTER COLUMN id SET DEFAULT nextval('workflow_event_id_seq'::regclass);
ALTER TABLE ONLY workflow_instance ALTER COLUMN id SET DEFAULT nextval('workflow_instance_id_seq'::regclass);
ALTER TABLE ONLY workflow_task ALTER COLUMN id SET DEFAULT nextval('workflow_task_id_seq'::regclass);
ALTER TABLE ONLY workflow_timer ALTER COLUMN id SET DEFAULT nextval('workflow_timer_id_seq'::regclass);
INSERT INTO ledger_account VALUES (1, 'warehouse:HZ', 'stock', '1200', true, 0, 'warehouse', 'HZ', 'Hangzhou');
INSERT INTO ledger_account VALUES (2, 'in_transit:HZ', 'stock', '1210', true, 0, 'in_transit', 'HZ', 'Hangzhou');
INSERT INTO office_account VALUES (0, 'system', 'Daybook', '', 'en', false, '2026-11-22 11:23:13.716714+00', NULL, '');
INSERT INTO office_account VALUES (1, 'ann', 'Ann', '$argon2id$v=19$m=64,t=1,p=1$c8YdDSRoI9komn5rIYx2ag$3Samtx3MBMGqcCsAuRUxjQkz9iZJbvUHVkFJ5GU2BiY', 'en', true, '2026-11-22 11:23:14.136675+00', NULL, '');
INSERT INTO office_account VALUES (2, 'bob', 'Bob', '$argon2id$v=19$m=64,t=1,p=1$aPZBYEf2X8J5uQnT2mkThA$PIi9Rx3Vj61D31qbN4OUv5JlSeiAxWO1Yq81piipElI', 'en', true, '2026-11-22 11:23:14.136675+00', NULL, '');
INSERT INTO office_audit VALUES (1, 25370, '2026-11-22 11:23:14.155621+00', 1, NULL, 'python', 'unit', 1, 'pcs', 1, 'create', '{"stage":[null,"active"],"code":[null,"pcs"],"name":[null,"Piece"],"decimals":[null,"0"]}');
INSERT INTO office_audit VALUES (2, 25371, '2026-11-22 11:23:14.159568+00', 1, NULL, 'python', 'warehouse', 1, 'HZ', 1, 'create', '{"stage":[null,"active"],"code":[null,"HZ"],"name":[null,"Hangzhou"],"kind":[null,"own"]}');
INSERT INTO office_audit VALUES (3, 25374, '2026-11-22 11:23:14.168043+00', 2, NULL, 'python', 'supplier', 1, 'S-00001', 1, 'create', '{"stage":[null,"draft"],"name":[null,"First vendor"],"buyer":[null,"bob"],"payment_term":[null,"net_30"],"lead_time_days":[null,"7"],"preferred":[null,false]}');
INSERT INTO office_change VALUES (1, 0);
INSERT INTO office_command VALUES ('key-1', 2, 'cd65ea2c2ad99e94a85b1b6df72efef9cb2ed0ae933a60c32ce16317f7d7d6aa', '{"number":"S-00001"}', '2026-11-22 11:23:14.176756+00');
INSERT INTO office_draft VALUES (1, 2, 'supplier', '', '{"name":"Half"}', '2026-11-22 11:23:14.175929+00');
INSERT INTO office_form_version VALUES (1, '2d4ba5a561b46b30', '2026-11-22 11:23:14.134117+00');
INSERT INTO office_outbox VALUES (1, 'message.send', '{"to":[{"form":"user","id":1}],"message":"hello","form":"supplier","number":"S-00001"}', NULL, '2026-11-22 11:23:14.176756+00', '2026-11-22 11:23:14.176756+00', 0, 'waiting', 2, '', NULL, NULL, '', NULL, NULL);
INSERT INTO office_role_holder VALUES (1, 1, 'employee', NULL, NULL, NULL, NULL);
INSERT INTO office_role_holder VALUES (2, 1, 'manager', NULL, NULL, NULL, NULL);
INSERT INTO office_role_holder VALUES (3, 1, 'product_manager', NULL, NULL, NULL, NULL);
INSERT INTO office_role_holder VALUES (4, 1, 'warehouse_manager', NULL, NULL, NULL, NULL);
INSERT INTO office_role_holder VALUES (5, 2, 'employee', NULL, NULL, NULL, NULL);
INSERT INTO office_role_holder VALUES (6, 2, 'buyer', NULL, NULL, NULL, NULL);
INSERT INTO office_role_holder VALUES (7, 2, 'purchasing_manager', NULL, NULL, NULL, NULL);
INSERT INTO office_sequence VALUES ('supplier:S-', 1);
SELECT pg_catalog.setval('document_grant_id_seq', 1, false);
SELECT pg_catalog.setval('import_rejection_id_seq', 1, false);
SELECT pg_catalog.setval('import_run_id_seq', 1, false);
SELECT pg_catalog.setval('ledger_account_id_seq', 2, true);
SELECT pg_catalog.setval('ledger_commodity_id_seq', 1, false);
SELECT pg_catalog.setval('ledger_dimension_id_seq', 1, false);
SELECT pg_catalog.setval('ledger_entry_id_seq', 1, false);
SELECT pg_catalog.setval('ledger_lot_id_seq', 1, false);
SELECT pg_catalog.setval('ledger_party_id_seq', 1, false);
SELECT pg_catalog.setval('office_account_event_id_seq', 1, false);
SELECT pg_catalog.setval('office_account_id_seq', 2, true);
SELECT pg_catalog.setval('office_audit_id_seq', 3, true);
SELECT pg_catalog.setval('office_delivery_id_seq', 1, false);
SELECT pg_catalog.setval('office_draft_id_seq', 1, true);
SELECT pg_catalog.setval('office_form_no_seq', 14, true);
SELECT pg_catalog.setval('office_hook_id_seq', 1, false);
SELECT pg_catalog.setval('office_outbox_id_seq', 1, true);
SELECT pg_catalog.setval('office_role_holder_id_seq', 7, true);
SELECT pg_catalog.setval('office_sensitive_read_id_seq', 1, false);
SELECT pg_catalog.setval('office_token_id_seq', 1, false);
SELECT pg_catalog.setval('office_view_id_seq', 1, false);
SELECT pg_catalog.setval('workflow_event_id_seq', 1, false);
SELECT pg_catalog.setval('workflow_instance_id_seq', 1, false);
SELECT pg_catalog.setval('workflow_task_id_seq', 1, false);
SELECT pg_catalog.setval('workflow_timer_id_seq', 1, false);
ALTER TABLE ONLY document_grant
    ADD CONSTRAINT document_grant_pkey PRIMARY KEY (id);
ALTER TABLE ONLY import_made
    ADD CONSTRAINT import_made_pkey PRIMARY KEY (form, document_id);
ALTER TABLE ONLY import_rejection
    ADD CONSTRAINT import_rejection_pkey PRIMARY KEY (id);
ALTER TABLE ONLY import_run
    ADD CONSTRAINT import_run_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger_account
    ADD CONSTRAINT ledger_account_code_key UNIQUE (code);
ALTER TABLE ONLY ledger_account
    ADD CONSTRAINT ledger_account_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger_balance
    ADD CONSTRAINT ledger_balance_pkey PRIMARY KEY (account_id, commodity_id, lot_id);
ALTER TABLE ONLY ledger_book
    ADD CONSTRAINT ledger_book_pkey PRIMARY KEY (book);
ALTER TABLE ONLY ledger_commodity
    ADD CONSTRAINT ledger_commodity_code_key UNIQUE (code);
ALTER TABLE ONLY ledger_commodity
    ADD CONSTRAINT ledger_commodity_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger_dimension
    ADD CONSTRAINT ledger_dimension_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger_entry
    ADD CONSTRAINT ledger_entry_key_key UNIQUE (key);
ALTER TABLE ONLY ledger_entry
    ADD CONSTRAINT ledger_entry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger_entry
    ADD CONSTRAINT ledger_entry_reverses_key UNIQUE (reverses);
ALTER TABLE ONLY ledger_hold
    ADD CONSTRAINT ledger_hold_pkey PRIMARY KEY (entry_id, line);
ALTER TABLE ONLY ledger_lot
    ADD CONSTRAINT ledger_lot_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger_party
    ADD CONSTRAINT ledger_party_code_key UNIQUE (code);
ALTER TABLE ONLY ledger_party
    ADD CONSTRAINT ledger_party_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger_period
    ADD CONSTRAINT ledger_period_pkey PRIMARY KEY (book, code);
ALTER TABLE ONLY ledger_posting
    ADD CONSTRAINT ledger_posting_pkey PRIMARY KEY (entry_id, line);
ALTER TABLE ONLY ledger_settlement
    ADD CONSTRAINT ledger_settlement_pkey PRIMARY KEY (entry_id, line);
ALTER TABLE ONLY ledger_snapshot
    ADD CONSTRAINT ledger_snapshot_pkey PRIMARY KEY (account_id, commodity_id, period, dim_id);
ALTER TABLE ONLY office_account_event
    ADD CONSTRAINT office_account_event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_account
    ADD CONSTRAINT office_account_name_key UNIQUE (name);
ALTER TABLE ONLY office_account
    ADD CONSTRAINT office_account_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_audit
    ADD CONSTRAINT office_audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_change
    ADD CONSTRAINT office_change_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_command
    ADD CONSTRAINT office_command_pkey PRIMARY KEY (key, account_id);
ALTER TABLE ONLY office_delivery
    ADD CONSTRAINT office_delivery_hook_id_delivery_no_key UNIQUE (hook_id, delivery_no);
ALTER TABLE ONLY office_delivery
    ADD CONSTRAINT office_delivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_draft
    ADD CONSTRAINT office_draft_account_id_form_number_key UNIQUE (account_id, form, number);
ALTER TABLE ONLY office_draft
    ADD CONSTRAINT office_draft_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_file
    ADD CONSTRAINT office_file_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_file_use
    ADD CONSTRAINT office_file_use_pkey PRIMARY KEY (file_id, form, document_id, field);
ALTER TABLE ONLY office_form
    ADD CONSTRAINT office_form_name_key UNIQUE (name);
ALTER TABLE ONLY office_form
    ADD CONSTRAINT office_form_pkey PRIMARY KEY (no);
ALTER TABLE ONLY office_form_version
    ADD CONSTRAINT office_form_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_hook
    ADD CONSTRAINT office_hook_connector_shop_key UNIQUE (connector, shop);
ALTER TABLE ONLY office_hook
    ADD CONSTRAINT office_hook_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_identity
    ADD CONSTRAINT office_identity_pkey PRIMARY KEY (issuer, subject);
ALTER TABLE ONLY office_notice
    ADD CONSTRAINT office_notice_pkey PRIMARY KEY (job_id, account_id);
ALTER TABLE ONLY office_outbox
    ADD CONSTRAINT office_outbox_key_key UNIQUE (key);
ALTER TABLE ONLY office_outbox
    ADD CONSTRAINT office_outbox_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_recovery_code
    ADD CONSTRAINT office_recovery_code_pkey PRIMARY KEY (account_id, code);
ALTER TABLE ONLY office_role_holder
    ADD CONSTRAINT office_role_holder_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_sample
    ADD CONSTRAINT office_sample_pkey PRIMARY KEY (form, document_id);
ALTER TABLE ONLY office_second_factor
    ADD CONSTRAINT office_second_factor_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY office_sensitive_read
    ADD CONSTRAINT office_sensitive_read_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_sequence
    ADD CONSTRAINT office_sequence_pkey PRIMARY KEY (name);
ALTER TABLE ONLY office_session
    ADD CONSTRAINT office_session_pkey PRIMARY KEY (token);
ALTER TABLE ONLY office_sign_in_failure
    ADD CONSTRAINT office_sign_in_failure_pkey PRIMARY KEY (name);
ALTER TABLE ONLY office_sign_in_flow
    ADD CONSTRAINT office_sign_in_flow_pkey PRIMARY KEY (state);
ALTER TABLE ONLY office_token
    ADD CONSTRAINT office_token_pkey PRIMARY KEY (id);
ALTER TABLE ONLY office_token
    ADD CONSTRAINT office_token_token_key UNIQUE (token);
ALTER TABLE ONLY office_view
    ADD CONSTRAINT office_view_pkey PRIMARY KEY (id);
ALTER TABLE ONLY workflow_definition
    ADD CONSTRAINT workflow_definition_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY workflow_event
    ADD CONSTRAINT workflow_event_form_document_id_seq_key UNIQUE (form, document_id, seq);
ALTER TABLE ONLY workflow_event
    ADD CONSTRAINT workflow_event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY workflow_instance
    ADD CONSTRAINT workflow_instance_pkey PRIMARY KEY (id);
ALTER TABLE ONLY workflow_task
    ADD CONSTRAINT workflow_task_instance_id_no_key UNIQUE (instance_id, no);
ALTER TABLE ONLY workflow_task
    ADD CONSTRAINT workflow_task_pkey PRIMARY KEY (id);
ALTER TABLE ONLY workflow_timer
    ADD CONSTRAINT workflow_timer_pkey PRIMARY KEY (id);
CREATE INDEX ix_document_grant_account ON document_grant USING btree (account_id, form);
CREATE INDEX ix_document_grant_document ON document_grant USING btree (form, document_id);
CREATE INDEX ix_document_grant_source ON document_grant USING btree (source);
CREATE INDEX ix_import_made_run_id ON import_made USING btree (run_id);
CREATE INDEX ix_import_rejection_run_id ON import_rejection USING btree (run_id);
CREATE INDEX ix_import_run_name ON import_run USING btree (name);
CREATE INDEX ix_import_run_parent_id ON import_run USING btree (parent_id);
CREATE INDEX ix_office_account_event_account_id ON office_account_event USING btree (account_id);
CREATE INDEX ix_office_audit_chg ON office_audit USING btree (chg);
CREATE INDEX ix_office_audit_document ON office_audit USING btree (form, document_id);
CREATE INDEX ix_office_file_sha256 ON office_file USING btree (sha256);
CREATE INDEX ix_office_identity_account_id ON office_identity USING btree (account_id);
CREATE INDEX ix_office_notice_account_id ON office_notice USING btree (account_id);
CREATE INDEX ix_office_outbox_state ON office_outbox USING btree (state);
CREATE INDEX ix_office_role_holder_account_id ON office_role_holder USING btree (account_id);
CREATE INDEX ix_office_role_holder_role ON office_role_holder USING btree (role);
CREATE INDEX ix_office_sample_template ON office_sample USING btree (template);
CREATE INDEX ix_office_sensitive_read_account_id ON office_sensitive_read USING btree (account_id);
CREATE INDEX ix_office_sensitive_read_at ON office_sensitive_read USING btree (at);
CREATE INDEX ix_office_session_account_id ON office_session USING btree (account_id);
CREATE INDEX ix_office_token_account_id ON office_token USING btree (account_id);
CREATE INDEX ix_office_view_form ON office_view USING btree (form);
CREATE INDEX ix_workflow_event_instance ON workflow_event USING btree (instance_id);
CREATE INDEX ix_workflow_instance_applicant_id ON workflow_instance USING btree (applicant_id);
CREATE INDEX ix_workflow_instance_document ON workflow_instance USING btree (form, document_id);
CREATE INDEX ix_workflow_task_holder ON workflow_task USING btree (holder_id, state);
CREATE INDEX ix_workflow_task_next ON workflow_task USING btree (state, next_at);
CREATE INDEX ix_workflow_timer_document ON workflow_timer USING btree (form, document_id);
CREATE INDEX ix_workflow_timer_due_at ON workflow_timer USING btree (due_at);
CREATE INDEX ledger_balance_goods ON ledger_balance USING btree (commodity_id, account_id);
CREATE INDEX ledger_commodity_family ON ledger_commodity USING btree (family);
CREATE UNIQUE INDEX ledger_dimension_name ON ledger_dimension USING btree (channel, store, warehouse, brand, department);
CREATE INDEX ledger_entry_document ON ledger_entry USING btree (document);
CREATE INDEX ledger_hold_document ON ledger_hold USING btree (document) WHERE (open > 0);
CREATE UNIQUE INDEX ledger_lot_name ON ledger_lot USING btree (commodity_id, lot_no);
CREATE INDEX ledger_posting_balance ON ledger_posting USING btree (account_id, commodity_id, booked_on, amount, value);
CREATE INDEX ledger_posting_origin ON ledger_posting USING btree (origin_entry, origin_line) WHERE (origin_entry IS NOT NULL);
CREATE INDEX ledger_posting_party ON ledger_posting USING btree (party_id, account_id, booked_on) WHERE (party_id <> 0);
CREATE INDEX ledger_settlement_hold ON ledger_settlement USING btree (hold_entry, hold_line);
ALTER TABLE ONLY import_made
    ADD CONSTRAINT import_made_run_id_fkey FOREIGN KEY (run_id) REFERENCES import_run(id);
ALTER TABLE ONLY import_rejection
    ADD CONSTRAINT import_rejection_run_id_fkey FOREIGN KEY (run_id) REFERENCES import_run(id);
ALTER TABLE ONLY office_delivery
    ADD CONSTRAINT office_delivery_hook_id_fkey FOREIGN KEY (hook_id) REFERENCES office_hook(id);
ALTER TABLE ONLY office_file_use
    ADD CONSTRAINT office_file_use_file_id_fkey FOREIGN KEY (file_id) REFERENCES office_file(id);
ALTER TABLE ONLY office_hook
    ADD CONSTRAINT office_hook_account_id_fkey FOREIGN KEY (account_id) REFERENCES office_account(id);
ALTER TABLE ONLY office_identity
    ADD CONSTRAINT office_identity_account_id_fkey FOREIGN KEY (account_id) REFERENCES office_account(id);
ALTER TABLE ONLY office_recovery_code
    ADD CONSTRAINT office_recovery_code_account_id_fkey FOREIGN KEY (account_id) REFERENCES office_account(id);
ALTER TABLE ONLY office_role_holder
    ADD CONSTRAINT office_role_holder_account_id_fkey FOREIGN KEY (account_id) REFERENCES office_account(id);
ALTER TABLE ONLY office_second_factor
    ADD CONSTRAINT office_second_factor_account_id_fkey FOREIGN KEY (account_id) REFERENCES office_account(id);
ALTER TABLE ONLY office_session
    ADD CONSTRAINT office_session_account_id_fkey FOREIGN KEY (account_id) REFERENCES office_account(id);
ALTER TABLE ONLY office_token
    ADD CONSTRAINT office_token_account_id_fkey FOREIGN KEY (account_id) REFERENCES office_account(id);
