FROM python:3.13-slim AS install
ENV VIRTUAL_ENV=/opt/venv UV_PROJECT_ENVIRONMENT=/opt/venv UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never PIPENV_VERBOSITY=-1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/venv/bin:$PATH:/opt/tool/bin
RUN python -m venv /opt/venv
RUN --mount=type=cache,target=/root/.cache python -m venv /opt/tool && /opt/tool/bin/pip install uv
WORKDIR /app
COPY source/pyproject.toml source/uv.lock /app/
RUN --mount=type=cache,target=/root/.cache uv sync --no-dev --locked --no-install-project

FROM install AS build
WORKDIR /app
COPY source/ /app/
RUN --mount=type=cache,target=/root/.cache uv sync --no-dev --locked

FROM python:3.13-slim
RUN useradd --create-home --uid 1000 app
ENV PYTHONFAULTHANDLER=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH
COPY --from=build /opt/venv/ /opt/venv/
COPY --from=build --chown=app:app /app/ /app/
WORKDIR /app
USER app
CMD ["/bin/sh","-c","exec uvicorn main:app --host 0.0.0.0 --port \"${PORT:-8000}\""]
