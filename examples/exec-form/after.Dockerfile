FROM python:3.13-slim
WORKDIR /srv
COPY app.py ./
HEALTHCHECK --interval=30s CMD ["python3", "-m", "app", "--check"]
# the queue's name comes first
CMD ["python3", "app.py", \
    # and the port
    "main queue", "8080"]
