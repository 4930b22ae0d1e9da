FROM debian:trixie-slim
RUN useradd --create-home --uid 1000 app
COPY --chown=app:app source/ /app/
WORKDIR /app
USER app
CMD ["/bin/sh","-c","exec ./serve --port $PORT"]
