FROM python:3.13-slim AS base
# What the application needs of the system.
RUN apt-get update \
  && apt-get install -y --no-install-recommends \
       libpq5 \
  `# nothing is kept of the downloads` \
  && apt-get clean

FROM base
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
CMD ["python", "main.py"]
