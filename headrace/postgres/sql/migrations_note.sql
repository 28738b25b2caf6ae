INSERT INTO public.headrace_migrations (name) VALUES (%s)
