{% set a = 1 %}
FROM {{ image }}:{{ tag }}
{% for p in packages %}
RUN install {{ p }} \
{% endfor %}
  && done
