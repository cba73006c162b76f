"""The connection to the engine: embedded, or any Temporal through its own environment configuration."""

from collections.abc import Sequence

from temporalio.client import Client, Interceptor
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from adapters.codec import data_converter, load_keyring
from adapters.settings import Settings
from models.errors import EngineUnavailable


async def connect(settings: Settings, interceptors: Sequence[Interceptor] = ()) -> Client:
    """Connect with encrypted payloads. Raises EngineUnavailable when nobody answers, BadInput without a key ring."""
    converter = data_converter(load_keyring(settings.keyring))
    options: ClientConnectConfig = {}
    if not settings.embedded_temporal:
        options = ClientConfig.load_client_connect_config(
            settings.temporal_profile or None, config_file=settings.temporal_config_file or None
        )
    if settings.temporal_address:
        options["target_host"] = settings.temporal_address
    if settings.temporal_namespace:
        options["namespace"] = settings.temporal_namespace
    if settings.temporal_api_key.get_secret_value():
        options["api_key"] = settings.temporal_api_key.get_secret_value()
    if settings.temporal_tls is not None:
        options["tls"] = settings.temporal_tls
    try:
        return await Client.connect(**options, data_converter=converter, interceptors=list(interceptors))
    except RuntimeError as error:
        where = options.get("target_host", "")
        raise EngineUnavailable(f"流程引擎 {where} 没有应答，请稍后重试；系统是否已经启动？（{error}）") from None
