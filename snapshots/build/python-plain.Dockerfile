FROM python:3.13-slim
RUN useradd --create-home --uid 1000 app
ENV PYTHONFAULTHANDLER=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --chown=app:app source/ /app/
WORKDIR /app
USER app
CMD ["python","main.py"]
