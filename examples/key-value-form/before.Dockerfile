FROM eclipse-temurin:21-jre
LABEL org.opencontainers.image.title Shop front end
ENV SHOP_HOME /opt/shop
ENV PATH $SHOP_HOME/bin:$PATH
ENV JAVA_OPTS "-Xmx512m -Dshop.mode=live"
# What the start script loads.
ENV SHOP_MODULES \
    catalogue \
    # still on trial
    basket
