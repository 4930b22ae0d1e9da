FROM python:3.13-slim AS install
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev libpq-dev && rm -rf /var/lib/apt/lists/*
ENV VIRTUAL_ENV=/opt/venv UV_PROJECT_ENVIRONMENT=/opt/venv UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never PIPENV_VERBOSITY=-1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/venv/bin:$PATH
RUN python -m venv /opt/venv
WORKDIR /app
COPY source/requirements.txt /app/
RUN --mount=type=cache,target=/root/.cache pip install -r requirements.txt

FROM install AS build
WORKDIR /app
ARG STAGE
COPY source/ /app/
RUN python compile.py

FROM python:3.13-slim
RUN apt-get update && apt-get install --yes --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 app
ENV PYTHONFAULTHANDLER=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH
COPY --from=build /opt/venv/ /opt/venv/
COPY --from=build --chown=app:app /app/ /app/
WORKDIR /app
USER app
CMD ["/bin/sh","-c","exec gunicorn --bind \"0.0.0.0:${PORT:-8000}\" app:app"]
