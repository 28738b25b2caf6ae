CREATE TABLE IF NOT EXISTS public.headrace_migrations (
    name text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
)
